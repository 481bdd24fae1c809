import { DidChangeConfigurationNotification, DidChangeWatchedFilesNotification } from 'vscode-languageserver';
import type { Session } from '../session';

/** What a build context may hold that the engine reads; `Dockerfile` for those that are not open. */
const WATCHED = ['**/*.{txt,in,sh,bash,list,yml,yaml,json,toml,cfg}', '**/{.dockerignore,*.dockerignore,.env,docker-bake*.hcl}', '**/*{Dockerfile,Containerfile,dockerfile}*'];

/** Notifications that make analyses stale: settings, files on disk, workspace folders. */
export function registerChanges(session: Session): void {
  const { connection, features, settings, analyser, disk } = session;

  connection.onDidChangeConfiguration(({ settings: pushed }) => {
    settings.reset(pushed);
    analyser.reset();
    session.refreshSoon();
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const { uri } of changes) disk.forget(disk.toPath(uri) ?? uri);
    const stale = changes.filter(({ uri }) => analyser.forgetUsersOf(disk.toPath(uri) ?? uri));
    if (stale.length > 0) session.refreshSoon();
  });

  connection.onInitialized(async () => {
    if (features.registersConfiguration) {
      await connection.client.register(DidChangeConfigurationNotification.type, { section: 'tensorrt' });
    }
    if (features.registersWatchers) {
      await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: (disk.remembers ? ['**/*'] : WATCHED).map((globPattern) => ({ globPattern })) });
    }
    if (features.workspaceFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const toPaths = (folders: typeof added): string[] => folders.flatMap(({ uri }) => disk.toPath(uri) ?? []);
        const gone = new Set(toPaths(removed));
        session.folders = [...session.folders.filter((folder) => !gone.has(folder)), ...toPaths(added)];
        settings.reset(undefined);
        analyser.reset();
        session.refreshSoon();
      });
    }
  });
}
