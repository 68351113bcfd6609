import { createHardhatRuntimeEnvironment } from 'hardhat/hre';
import { CHAIN_ID } from './test-settings.ts';

/** A chain of its own on a port of this machine, for as long as its standard input is open: `node chain-server.ts <port>`. */
const { network } = await createHardhatRuntimeEnvironment({});
const server = await network.createServer(
  { network: 'default', override: { chainId: CHAIN_ID } },
  '127.0.0.1',
  Number(process.argv[2]),
);
await server.listen();
process.stdout.write('ready\n');
process.stdin.on('end', () => process.exit(0)).resume();
