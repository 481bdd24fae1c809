import { DidChangeConfigurationNotification, DidChangeWatchedFilesNotification } from 'vscode-languageserver';
import type { Session } from '../session';
import { toFilePath } from '../source-files';

/** What a build context may hold that the engine reads; `Dockerfile` for those that are not open. */
const WATCHED = ['**/*.{txt,in,sh,bash,list,yml,yaml,json,toml,cfg}', '**/{.dockerignore,*.dockerignore,.env,docker-bake*.hcl}', '**/*{Dockerfile,Containerfile,dockerfile}*'];

/** Notifications that make analyses stale: settings, files on disk, workspace folders. */
export function registerChanges(session: Session): void {
  const { connection, features, settings, analyser } = session;

  connection.onDidChangeConfiguration(({ settings: pushed }) => {
    settings.reset(pushed);
    analyser.reset();
    session.refreshSoon();
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    const stale = changes.filter(({ uri }) => analyser.forgetUsersOf(toFilePath(uri) ?? uri));
    if (stale.length > 0) session.refreshSoon();
  });

  connection.onInitialized(async () => {
    if (features.registersConfiguration) {
      await connection.client.register(DidChangeConfigurationNotification.type, { section: 'tensorrt' });
    }
    if (features.registersWatchers) {
      await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: WATCHED.map((globPattern) => ({ globPattern })) });
    }
    if (features.workspaceFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const toPaths = (folders: typeof added): string[] => folders.flatMap(({ uri }) => toFilePath(uri) ?? []);
        const gone = new Set(toPaths(removed));
        session.folders = [...session.folders.filter((folder) => !gone.has(folder)), ...toPaths(added)];
        settings.reset(undefined);
        analyser.reset();
        session.refreshSoon();
      });
    }
  });
}
