/** The messages of `Flight.proto` that semtel reads or writes, as the loader gives them. */
export interface FlightDescriptor {
  readonly type: 'UNKNOWN' | 'PATH' | 'CMD';
  readonly cmd: Uint8Array;
  readonly path: readonly string[];
}

export interface FlightData {
  readonly flight_descriptor: FlightDescriptor | null;
  /** A bare Message flatbuffer: no marker, no length. */
  readonly data_header: Uint8Array;
  readonly app_metadata: Uint8Array;
  readonly data_body: Uint8Array;
}

export interface FlightInfo {
  readonly schema: Uint8Array;
  readonly flight_descriptor: FlightDescriptor;
  readonly endpoint: readonly [];
  readonly total_records: number;
  readonly total_bytes: number;
  readonly ordered: boolean;
}

export interface Action {
  readonly type: string;
  readonly body: Uint8Array;
}

export interface ActionType {
  readonly type: string;
  readonly description: string;
}

export interface FlightMethods {
  readonly ListFlights: { request: object; response: FlightInfo };
  readonly GetFlightInfo: { request: FlightDescriptor; response: FlightInfo };
  readonly GetSchema: { request: FlightDescriptor; response: { readonly schema: Uint8Array } };
  readonly DoExchange: { request: FlightData; response: Partial<FlightData> };
  readonly DoAction: { request: Action; response: { readonly body: Uint8Array } };
  readonly ListActions: { request: object; response: ActionType };
}
