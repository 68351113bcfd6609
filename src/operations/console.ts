/** Pages of the AWS console, where an operator goes on from a finding. */
export function consoleOf(region: string) {
  const page = (service: string, path: string) =>
    `https://${region}.console.aws.amazon.com/${service}/home?region=${region}#${path}`;
  return {
    function: (name: string) => page('lambda', `/functions/${name}?tab=monitoring`),
    machine: (arn: string) => page('states', `/statemachines/view/${encodeURIComponent(arn)}`),
    execution: (arn: string) => page('states', `/v2/executions/details/${encodeURIComponent(arn)}`),
    queue: (url: string) => page('sqs/v3', `/queues/${encodeURIComponent(url)}`),
    alarm: (name: string) => page('cloudwatch', `alarmsV2:alarm/${encodeURIComponent(name)}`),
    table: (name: string) => page('dynamodbv2', `table?name=${encodeURIComponent(name)}&tab=monitoring`),
    /** A row of a table, found by its key. */
    items: (name: string, pk: string) =>
      page('dynamodbv2', `item-explorer?table=${encodeURIComponent(name)}&pk=${encodeURIComponent(pk)}`),
    logs: (group: string) => page('cloudwatch', `logsV2:log-groups/log-group/${twiceEncoded(group)}`),
  };
}
export type Console = ReturnType<typeof consoleOf>;

/** What the page of logs reads: encoded twice, with `$` for `%` the second time (`$252Faws$252Flambda`). */
const twiceEncoded = (text: string) => encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
