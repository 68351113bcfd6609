import listNotifications from './list-notifications.ts';

export const routes = [listNotifications];
