import { Forbidden, IdempotencyKeyReused } from '../../shared/errors.ts';
import { expectSender } from '../../shared/http/caller.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { createNotification, NotificationInput } from '../create-notification.ts';
import { Done, type NotificationsApi } from '../notifications-api.ts';
import { startDelivery } from '../start-delivery.ts';

export default route<NotificationsApi>()(
  {
    method: 'POST',
    path: '/api/v1/notifications/create',
    tag: 'notifications',
    summary: 'Notifies a user, or up to 1,000 of them; for members of the group senders',
    params: nothing,
    query: nothing,
    body: NotificationInput,
    replies: { 201: { description: 'It will be delivered; Location tells what became of it', schema: Done } },
    errors: [Forbidden, IdempotencyKeyReused],
    clientsLookAt: 'success',
  },
  async ({ body, caller, creation, now }, deps) => {
    expectSender(caller);
    const notification = await createNotification(body, creation, caller.userId, deps, now);
    await startDelivery(notification, deps);
    const location = `/api/v1/notifications/${notification.id}`;
    return { status: 201, body: { success: true }, headers: { location } };
  },
);
