import { METRICS } from '@candlewick/service'
import { ReduceDataOptionsBuilder, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common'
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as Timeseries } from '@grafana/grafana-foundation-sdk/timeseries'
import { type Panel, ROWS } from './panels.ts'

const SOURCE = { type: 'prometheus', uid: '$datasource' }
const CHOSEN = 'job=~"$job",group=~"$group"'
const COLUMNS = 24

/** Grafana's JSON of the dashboard, by Grafana's own builders. */
export function dashboard(): Dashboard {
  const builder = new DashboardBuilder('Candlewick')
    .uid('candlewick')
    .tags(['candlewick'])
    .refresh('10s')
    .time({ from: 'now-30m', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Source').type('prometheus'))
    .withVariable(variable('job', 'Service', 'label_values(process_start_time_seconds{service!=""}, job)'))
    .withVariable(variable('group', 'Group', 'label_values(process_start_time_seconds{job=~"$job"}, group)'))
    .withVariable(variable('pair', 'Pair', 'label_values(candlewick_trades_total, pair)'))
  for (const [title, panels] of Object.entries(ROWS)) {
    builder.withRow(new RowBuilder(title))
    const span = panels.every(isNumber) ? COLUMNS / panels.length : COLUMNS / 3
    for (const panel of panels) builder.withPanel((isNumber(panel) ? number(panel) : lines(panel)).span(span))
  }
  return builder.build()
}

const isNumber = ({ bad }: Panel): boolean => bad !== undefined

function variable(name: string, label: string, query: string): QueryVariableBuilder {
  const builder = new QueryVariableBuilder(name).label(label).query(query).datasource(SOURCE)
  return builder
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ text: 'All', value: '$__all' })
    .refresh(VariableRefresh.OnTimeRangeChanged)
}

const queries = ({ series }: Panel): DataqueryBuilder[] =>
  Object.entries(series).map(([legend, expression], i) =>
    new DataqueryBuilder()
      .refId(String.fromCharCode(65 + i))
      .expr(expression.replaceAll('…', CHOSEN))
      .legendFormat(legend),
  )

const description = ({ about }: Panel): string => (about ? METRICS[about].help : '')

function number(panel: Panel): Stat {
  const steps = [
    { value: null, color: 'green' },
    { value: panel.bad ?? null, color: 'red' },
  ]
  const thresholds = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps)
  const builder = new Stat().title(panel.title).description(description(panel)).unit(panel.unit).datasource(SOURCE)
  const newest = new ReduceDataOptionsBuilder().calcs(['lastNotNull'])
  return builder.height(4).reduceOptions(newest).thresholds(thresholds).targets(queries(panel))
}

function lines(panel: Panel): Timeseries {
  const builder = new Timeseries()
    .title(panel.title)
    .description(description(panel))
    .unit(panel.unit)
    .datasource(SOURCE)
  const legend = new VizLegendOptionsBuilder().showLegend(true)
  return builder.height(8).min(0).fillOpacity(10).legend(legend).targets(queries(panel))
}
