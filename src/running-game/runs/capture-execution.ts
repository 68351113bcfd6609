/** The `nth` execution that captures the territory of a run, and what it begins with. */
export const captureExecution = (id: string, nth: number) => ({ name: `${id}_${nth}`, input: { runId: id, run: nth } });
