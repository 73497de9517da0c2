// The scripts of a pipeline: of a GitHub workflow the script of each step that has one, by the step's name; of a GitLab file those of each job, by the
// job's name.
'use strict';
const { parse } = require('yaml');

module.exports = (file) => {
  const { jobs, on, name, ...gitlab } = parse(file.toString('utf8'));
  const scripts = jobs
    ? Object.values(jobs).flatMap((job) => job.steps).filter((step) => step.run).map((step) => [step.name, step.run])
    : Object.entries(gitlab).map(([job, { before_script, script }]) => [job, [...before_script, ...script].join('\n')]);
  return Object.fromEntries(scripts);
};
