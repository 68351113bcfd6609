import * as z from 'zod';

const Resource = z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const Template = z.object({ Resources: z.record(z.string(), Resource).default({}) });

/** The resources that differ between two CloudFormation templates (JSON), one line each: + new, ~ changed, - gone. */
export const changesBetween = (deployed: string, built: string): string[] => {
  const before = resourcesOf(deployed);
  const after = resourcesOf(built);
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => {
    const old = before.get(name);
    const now = after.get(name);
    if (!old) return [`+ ${now?.Type} ${name}`];
    if (!now) return [`- ${old.Type} ${name}`];
    const changed = changedKeys(old, now);
    return changed.length > 0 ? [`~ ${now.Type} ${name}: ${changed.join(', ')}`] : [];
  });
};

/**
 * Resources by logical id, without what differs between any two builds: a function's code is where its archive is, which has the
 * time of the build in its name. What the code is, its version tells, by a hash; so the hash is put in the place of the archive.
 */
const resourcesOf = (template: string): Map<string, z.infer<typeof Resource>> => {
  const { Resources } = Template.parse(JSON.parse(template));
  const hashes = new Map(
    Object.values(Resources).flatMap(({ Type, Properties }) => {
      const ref = z
        .object({ FunctionName: z.object({ Ref: z.string() }), CodeSha256: z.string() })
        .safeParse(Properties);
      return Type === 'AWS::Lambda::Version' && ref.success
        ? [[ref.data.FunctionName.Ref, ref.data.CodeSha256] as const]
        : [];
    }),
  );
  return new Map(
    Object.entries(Resources).flatMap(([name, resource]) => {
      if (resource.Type === 'AWS::Lambda::Version') return [];
      if (resource.Type !== 'AWS::Lambda::Function') return [[name, resource]];
      return [[name, { ...resource, Properties: { ...resource.Properties, Code: hashes.get(name) } }]];
    }),
  );
};

const changedKeys = (old: z.infer<typeof Resource>, now: z.infer<typeof Resource>): string[] => {
  const a = { ...old, ...old.Properties, Properties: undefined };
  const b = { ...now, ...now.Properties, Properties: undefined };
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter((key) => canonical(Reflect.get(a, key)) !== canonical(Reflect.get(b, key)));
};

/** JSON with the keys in order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort())
      : part,
  );
