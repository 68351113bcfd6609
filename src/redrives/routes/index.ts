import createRedrive from './create-redrive.ts';
import getRedrive from './get-redrive.ts';
import listRedrives from './list-redrives.ts';

export const routes = [createRedrive, listRedrives, getRedrive];
