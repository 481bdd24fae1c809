import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { browserPlatform } from './browser-platform';
import { startServer } from './server';

// The client is the one that started this worker.
const worker = globalThis as unknown as DedicatedWorkerGlobalScope;
startServer((options) => createConnection(new BrowserMessageReader(worker), new BrowserMessageWriter(worker), options), browserPlatform);
