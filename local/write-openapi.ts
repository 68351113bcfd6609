import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApi } from '../src/shared/http/openapi.ts';
import { loadRoutes } from './routes.ts';

/** Writes `docs/openapi.json` from the contracts in the route files: `npm run openapi`. */
export const OPENAPI_FILE = join(import.meta.dirname, '../docs/openapi.json');

/** The file as it should be, to the byte. */
export async function openApiText(): Promise<string> {
  const about = {
    title: 'Carillon',
    version: '1',
    description:
      'Reminders and notifications. Errors are problem documents (RFC 9457) with a stable `type`; lists go on with the cursor that came with the page before.',
  };
  return `${JSON.stringify(openApi(about, await loadRoutes()), undefined, 2)}\n`;
}

if (import.meta.main) {
  mkdirSync(join(OPENAPI_FILE, '..'), { recursive: true });
  writeFileSync(OPENAPI_FILE, await openApiText());
}
