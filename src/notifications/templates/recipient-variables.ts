/** What every template may use besides the variables of its cause. */
export const RECIPIENT_VARIABLES = ['recipient.first_name', 'recipient.last_name', 'recipient.time_zone'] as const;
