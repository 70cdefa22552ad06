import { work } from './work';

work(360, 'de');
