import { notificationRoutes } from './notification-routes.ts';
import previewTemplate from './preview-template.ts';

/** What fills in templates is a function of its own, `templates-api`, and in nobody else's bundle. */
export const routes = [...notificationRoutes, previewTemplate];
