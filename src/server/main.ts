import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { nodePlatform } from './node-platform';
import { startServer } from './server';

// The transport (--stdio, --node-ipc, --socket=PORT, --pipe=NAME) is read from the command line.
startServer(createConnection(ProposedFeatures.all), nodePlatform);
