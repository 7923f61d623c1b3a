import { Command } from 'commander';
import { VERSION } from '../hosts/version.ts';

export function versionCommand(): Command {
  return new Command('version').description('print the version').action(() => {
    console.log(`Kedge ${VERSION.gitVersion}`);
  });
}
