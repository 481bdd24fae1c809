// Types of buildx.mjs for the tests.

export function setUpBuildx(): { readonly program: string; readonly config: string; readonly withoutJson: string };
