import { post } from '@/shared/api';

export interface Application {
  name: string;
  email: string;
  password: string;
  phone?: string;
  planCode: string;
  rulesVersion: number;
  site: { name: string; address: string; latitude?: number; longitude?: number };
}

export const apply = (application: Application) => post<{ memberId: string }>('/api/applications', application);
