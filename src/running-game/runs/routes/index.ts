import finishRun from './finish-run.ts';
import getRun from './get-run.ts';
import listPoints from './list-points.ts';
import listRuns from './list-runs.ts';
import uploadGpx from './upload-gpx.ts';
import uploadPoints from './upload-points.ts';

export const routes = [listRuns, getRun, uploadPoints, uploadGpx, listPoints, finishRun];
