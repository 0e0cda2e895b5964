/** A release of the DCV server, as download.amazondcv.com has it. */
export interface DcvRelease {
  /** `<year>.<minor>-<build>`, as in the names of its files. */
  version: string;
  /** SHA-256 of the downloads: `<platform>-<architecture>` for Linux, `windows` for the installer. */
  sha256: Record<string, string>;
}

/**
 * The release that was pinned last. The checksums of the Linux archives are those of AWS ParallelCluster
 * (aws-parallelcluster-cookbook, resources/dcv), which pins the same release.
 */
export const pinnedDcvRelease: DcvRelease = {
  version: '2025.0-20103',
  sha256: {
    'amzn2023-x86_64': 'd98eb986f3b547af22a7732ca26cb6541c3842b9ed57218f503c9acc3b29e7e2',
    'amzn2023-aarch64': '8c9d29b41ee5f9fdfced4ae257c8e6444298a61da62beb2a38add1783c2e3858',
    'el8-x86_64': 'a3038cb0119c9e287c08afb84c687e48896cb4e7af2f9c8a7724b5ae9226e718',
    'el8-aarch64': '89fcb456ee47464ff1fd4657e50814e6a9b18dd7a1fc29ba89b6649239103eda',
    'el9-x86_64': '830e8113d63c11ae663886b4f85f55fc5ae7b64bc24ec485cba71fa304d87ddf',
    'el9-aarch64': '90b33e27e149ad3ca2ebaf8b562c86ba9115c8c282e5d87bd75cfb8ba3054419',
    'ubuntu2204-x86_64': 'acfc339c9e57be9800f25734cb18dec87da2b0457b3cfd2582fc57f05de7c792',
    'ubuntu2204-aarch64': '770058467e36686e77b4cd6a3d9a953f6714862182e2c9ccd72958d59f35df5b',
    'ubuntu2404-x86_64': 'a39374d39f2d849bd13ee101970bb9eea15a8c5ec743799b7cbb7f562ece9e17',
    'ubuntu2404-aarch64': '47205acfab5d35a7f6fe18f9311295aee51189636a2a76d14e0eca39f780192d',
    windows: '593e2b78cd41b64fac255f303e48b1e7f73129969279ba2eae067e519f962067',
  },
};
