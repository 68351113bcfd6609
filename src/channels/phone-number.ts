/** E.164: a plus sign and up to 15 digits. */
export const PHONE_NUMBER = /^\+[1-9]\d{6,14}$/;
