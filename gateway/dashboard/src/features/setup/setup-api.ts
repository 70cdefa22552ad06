import { post } from '@/shared/api';

export interface Founding {
  name: string;
  currency: string;
  timeZone: string;
  poolsV4: string[];
  poolsV6: string[];
  garden: string[];
  rulesText: string;
  board: { name: string; email: string; password: string };
}

export const found = (founding: Founding, setupCode: string) => post<{ memberId: string }>('/api/coop', founding, { headers: { 'Setup-Code': setupCode } });
