import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: Received) => void;

/** A provider on this machine: answers requests in the order of `answers` (the last one again and again) and keeps what it got. */
export class Provider {
  readonly received: Received[] = [];
  connections = 0;
  #answers: Answer[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const received = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
        this.received.push(received);
        const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
        answer?.(response, received);
      });
    });
    this.#server.on('connection', () => {
      this.connections += 1;
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  answers(...answers: Answer[]): void {
    this.received.length = 0;
    this.connections = 0;
    this.#answers = answers;
  }

  get origin(): string {
    return `http://127.0.0.1:${portOf(this.#server.address())}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

/** An origin at which nobody listens (any more). */
export async function deadOrigin(): Promise<string> {
  const provider = await new Provider().start();
  const { origin } = provider;
  await provider.stop();
  return origin;
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('Not listening on a port');
  return address.port;
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

export const xml =
  (status: number, body: string): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);

export const hang: Answer = () => {};

/** Milliseconds for which an answer is waited for: a busy machine may need some of them, silence needs few. */
export const patienceFor = (answer?: Answer): number => (answer === hang ? 1_000 : 20_000);

export const cutOff: Answer = (response) => {
  response.socket?.destroy();
};
