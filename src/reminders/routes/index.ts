import acknowledgeOccurrence from './acknowledge-occurrence.ts';
import answerAcknowledgement from './answer-acknowledgement.ts';
import askAcknowledgement from './ask-acknowledgement.ts';
import cancelReminder from './cancel-reminder.ts';
import createReminder from './create-reminder.ts';
import deleteReminder from './delete-reminder.ts';
import editReminder from './edit-reminder.ts';
import getOccurrence from './get-occurrence.ts';
import getReminder from './get-reminder.ts';
import listOccurrences from './list-occurrences.ts';
import listReminders from './list-reminders.ts';
import nextMoments from './next-moments.ts';
import pauseReminder from './pause-reminder.ts';
import resumeReminder from './resume-reminder.ts';
import snoozeReminder from './snooze-reminder.ts';

export const routes = [
  createReminder,
  listReminders,
  getReminder,
  editReminder,
  deleteReminder,
  cancelReminder,
  pauseReminder,
  resumeReminder,
  snoozeReminder,
  nextMoments,
  listOccurrences,
  getOccurrence,
  acknowledgeOccurrence,
  askAcknowledgement,
  answerAcknowledgement,
];
