import { liftSuppression } from './lift-suppression.ts';
import { listSuppressions } from './list-suppressions.ts';

export const routes = [listSuppressions, liftSuppression];
