/** Label and field selectors: parsing (upstream's grammar and messages), matching, formatting. */

export interface LabelRequirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  values: readonly string[];
}

export interface FieldRequirement {
  path: string;
  operator: '=' | '!=';
  value: string;
}
