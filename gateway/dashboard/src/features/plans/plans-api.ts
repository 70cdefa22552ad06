import { post } from '@/shared/api';
import type { Plan, PlanPart } from '@/shared/coop';

export interface NewPlan {
  code: string;
  name: string;
  description: string | null;
  effectiveOn: string;
  currency: string;
  parts: PlanPart[];
}

export const addPlan = (plan: NewPlan) => post<Plan>('/api/plans', plan);
