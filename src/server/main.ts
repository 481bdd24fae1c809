import path from 'node:path';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { createNodePlatform } from './node-platform';
import { startServer } from './server';

// The transport (--stdio, --node-ipc, --socket=PORT, --pipe=NAME) is read from the command line.
startServer((options) => createConnection(ProposedFeatures.all, options), createNodePlatform(path.join(__dirname, '..')));
