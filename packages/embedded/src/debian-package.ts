import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Downloads a Debian package into `work` and unpacks it there without installing it, which needs no root and leaves the
 * system alone.
 * @returns the folder with its files
 */
export async function unpackDebianPackage(name: string, work: string): Promise<string> {
  const apt = async (args: string[]) => run('apt-get', ['--quiet', ...args], { cwd: work, timeout: 120_000 });
  try {
    await apt(['download', name]);
  } catch {
    // No package lists here (small images): fetch them beside, where a normal user may write too.
    const lists = path.join(work, 'lists');
    const cache = path.join(work, 'cache');
    await mkdir(path.join(lists, 'partial'), { recursive: true });
    await mkdir(path.join(cache, 'archives', 'partial'), { recursive: true });
    const own = [
      '-o',
      `Dir::State::Lists=${lists}`,
      '-o',
      `Dir::Cache=${cache}`,
      '-o',
      'APT::Sandbox::User=',
    ];
    await apt([...own, 'update']);
    await apt([...own, 'download', name]);
  }
  const archive = (await readdir(work)).find((file) => file.endsWith('.deb'));
  if (!archive) throw new Error('apt-get downloaded nothing');
  const unpacked = path.join(work, 'unpacked');
  await run('dpkg-deb', ['-x', path.join(work, archive), unpacked]);
  return unpacked;
}
