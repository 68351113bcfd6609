import { Logger } from '@aws-lambda-powertools/logger';

/** One JSON line per entry; ids and counts only, never an address, a text, a token or a code. */
export const logger = new Logger({ serviceName: 'carillon' });
