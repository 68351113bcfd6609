import answerCallback from './answer-callback.ts';
import askCallback from './ask-callback.ts';
import checkWebhook from './check-webhook.ts';
import connect from './connect.ts';
import deleteConnection from './delete-connection.ts';
import enterActivity from './enter-activity.ts';
import getConnection from './get-connection.ts';
import listActivities from './list-activities.ts';
import takeEvent from './take-event.ts';

export const routes = [
  connect,
  askCallback,
  answerCallback,
  getConnection,
  deleteConnection,
  listActivities,
  enterActivity,
  checkWebhook,
  takeEvent,
];
