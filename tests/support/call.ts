import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import * as z from 'zod';

/** A request as the HTTP API hands it to a function, for tests that call a handler without a gateway. */
interface Call {
  routeKey: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  userId?: string | undefined;
  groups?: string[];
  body?: unknown;
  rawBody?: string;
  contentType?: string;
  /** As the gateway hands on what it does not know to be text. */
  inBase64?: true;
}

const json = z.record(z.string(), z.unknown());

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

export async function call(handler: Handler, request: Call) {
  const [method = 'GET', path = '/'] = request.routeKey.split(' ');
  const rawBody = request.rawBody ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
  const rawPath = path.replace(/\{(\w+)\}/g, (_, name: string) => request.params?.[name] ?? name);
  const event = {
    version: '2.0',
    routeKey: request.routeKey,
    rawPath,
    rawQueryString: '',
    headers: { ...(rawBody ? { 'content-type': request.contentType ?? 'application/json' } : {}), ...request.headers },
    ...(request.params ? { pathParameters: request.params } : {}),
    ...(request.query ? { queryStringParameters: request.query } : {}),
    ...(rawBody ? { body: request.inBase64 ? Buffer.from(rawBody).toString('base64') : rawBody } : {}),
    isBase64Encoded: request.inBase64 ?? false,
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      domainName: 'test',
      domainPrefix: 'test',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'request-1',
      routeKey: request.routeKey,
      stage: '$default',
      time: '',
      timeEpoch: 0,
      ...(request.userId
        ? {
            authorizer: {
              jwt: { claims: { sub: request.userId, 'cognito:groups': `[${(request.groups ?? []).join(' ')}]` } },
            },
          }
        : {}),
    },
  };
  const result = await handler(event, context);
  return {
    status: result.statusCode ?? 0,
    headers: z.record(z.string(), z.string()).parse(result.headers ?? {}),
    body: json.parse(result.body?.startsWith('{') ? JSON.parse(result.body) : {}),
    text: result.body ?? '',
  };
}

const context: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'test',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
  memoryLimitInMB: '512',
  awsRequestId: 'request-1',
  logGroupName: '',
  logStreamName: '',
  // More than any test takes: how long a busy machine needs is not what they are about.
  getRemainingTimeInMillis: () => 300_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};
