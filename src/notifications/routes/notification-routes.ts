import archiveNotification from './archive-notification.ts';
import countUnread from './count-unread.ts';
import createNotification from './create-notification.ts';
import getNotification from './get-notification.ts';
import listNotifications from './list-notifications.ts';
import readAllNotifications from './read-all-notifications.ts';
import readNotification from './read-notification.ts';
import unarchiveNotification from './unarchive-notification.ts';

/** Function `notifications-api`. */
export const notificationRoutes = [
  createNotification,
  listNotifications,
  readNotification,
  readAllNotifications,
  archiveNotification,
  unarchiveNotification,
  countUnread,
  getNotification,
];
