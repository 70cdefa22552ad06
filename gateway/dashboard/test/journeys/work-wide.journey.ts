import { work } from './work';

work(1280, 'en');
