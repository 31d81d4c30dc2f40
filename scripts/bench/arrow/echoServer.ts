/** A Flight server on grpc-js, with semtel's windows, that gives back every message as it came: the most that Node can do. */
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { widenWindows } from '../../../src/server/bounds/windows.ts';
import type { FlightData } from '../../../src/server/flight/wire.ts';
import { flightService } from '../../../src/server/proto.ts';

const address = process.argv[2]!;
const server = new Server({ 'grpc.max_receive_message_length': 1 << 26 });
const { DoExchange } = flightService;
server.addService(
  { DoExchange },
  {
    async DoExchange(call: ServerDuplexStream<FlightData, Partial<FlightData>>) {
      for await (const { data_header, data_body } of call) {
        if (data_header.length > 0 && !call.write({ data_header, data_body }))
          await new Promise((resolve) => call.once('drain', resolve));
      }
      call.end();
    },
  },
);
const bound = widenWindows(server);
server.bindAsync(address, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
  bound();
  console.log('ready');
});
process.once('SIGTERM', () => server.forceShutdown());
