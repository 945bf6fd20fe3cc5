export const runExplain = (_rule: string | undefined, _color: boolean | undefined): number => 0;
