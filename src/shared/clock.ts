/** Hands out the current instant; a function so that tests can hold or move it. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
