/** The `run`-th execution of an event's finish, and what it begins with. */
export const finishExecution = (id: string, run: number) => ({
  name: `${id}_${run}`,
  input: { eventId: id, run },
});
