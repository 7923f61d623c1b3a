/** What /version reports. The API level is Kubernetes v1.35's; "+kedge" says whose implementation answers. */
export const VERSION = {
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.0+kedge',
} as const;
