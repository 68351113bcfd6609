import * as z from 'zod';

export const reminderParams = z.object({ id: z.uuid() });
