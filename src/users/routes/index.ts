import { addDevice } from './add-device.ts';
import { askUnsubscribe } from './ask-unsubscribe.ts';
import { changeUser } from './change-user.ts';
import { confirmContactPoint } from './confirm-contact-point.ts';
import { getPreferences } from './get-preferences.ts';
import { getUser } from './get-user.ts';
import { listContactPoints } from './list-contact-points.ts';
import { removeDevice } from './remove-device.ts';
import { removeExternalId } from './remove-external-id.ts';
import { replacePreferences } from './replace-preferences.ts';
import { setExternalId } from './set-external-id.ts';
import { unsubscribe } from './unsubscribe.ts';
import { verifyContactPoint } from './verify-contact-point.ts';

/** `DELETE /users/{id}` is in `src/auth`, as it concerns every domain. */
export const routes = [
  getUser,
  changeUser,
  getPreferences,
  replacePreferences,
  setExternalId,
  removeExternalId,
  listContactPoints,
  verifyContactPoint,
  confirmContactPoint,
  addDevice,
  removeDevice,
  askUnsubscribe,
  unsubscribe,
];
