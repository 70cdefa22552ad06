import { post } from '@/shared/api';
import type { Plan } from '@/shared/coop';

export const addPlan = (plan: Plan) => post<Plan>('/api/plans', plan);
