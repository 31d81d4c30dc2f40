/** The package `semtel`: a server in this process, labels without a socket, and a client of any server. */
export type { Json } from '../arrow/jsonRows.ts';
export type { AnswerCode, Source, Status } from '../base/answer.ts';
export { type ErrorKind, SemtelError } from '../base/error.ts';
export type { Ledger } from '../base/ledger.ts';
export type { Log } from '../base/log.ts';
export type { SettingsInput } from '../compose/config/schema.ts';
export { type ClientOptions, connect, type SemtelClient } from '../server/client.ts';
export type { ClassifyOptions, JobInfo } from '../service/exchange.ts';
export type { Answers, ClassifierAnswer } from './answers.ts';
export { classify, type Labels } from './classify.ts';
export type { ChatMessage, ConversationRow } from './conversationRow.ts';
export { createServer, type SemtelServer } from './createServer.ts';
export type { ArrowAskOptions, AskOptions, CreateServerOptions, ProgramOptions } from './options.ts';
export { type ArrowBatch, fromArrow, toArrow } from './rows.ts';
