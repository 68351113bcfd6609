/** A deployed stage, and how it is reached; without `options` by the environment's credentials. */
export interface Where {
  readonly stage: string;
  readonly account: string;
  readonly region: string;
  readonly options?: {
    readonly endpoint?: string;
    readonly region?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
}
