package org.coopmesh.nodeagent;

import java.time.Instant;
import java.util.Map;

/** Figures in the text format that Prometheus reads. */
final class MetricsText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder();

    /** Every figure of the agent. Times are Unix seconds; what is not known is left out. */
    static String of(Status status) {
        MetricsText text = new MetricsText();
        text.family("coopmesh_agent_info", "gauge", "What runs; always 1.")
                .sample("version", status.version(), "node_id", status.nodeId(), 1);
        text.time(
                "coopmesh_agent_start_time_seconds", "When the agent started.", status.startedAt());
        text.gauge(
                "coopmesh_agent_resident_memory_bytes",
                "Memory of the agent that is in use.",
                status.memoryBytes());
        text.time(
                "coopmesh_certificate_not_after_time_seconds",
                "Until when the node's certificate is good.",
                status.certificateUntil());
        text.gauge(
                "coopmesh_access_list_version",
                "Version of the access list in force; 0 where there is none.",
                status.listVersion());
        text.gauge(
                "coopmesh_access_list_attachments",
                "Attachments in the access list in force.",
                status.listAttachments());
        status.listIssuedAt()
                .ifPresent(at ->
                        text.time(
                                "coopmesh_access_list_issued_time_seconds",
                                "When the access list in force was made.",
                                at));
        status.listNotAfter()
                .ifPresent(at ->
                        text.time(
                                "coopmesh_access_list_not_after_time_seconds",
                                "Until when the access list in force counts.",
                                at));
        text.gauge(
                "coopmesh_access_list_enforced",
                "1 where the access list is enforced as it should be, else 0.",
                status.listTrouble().isEmpty() ? 1 : 0);
        text.gauge(
                "coopmesh_counting",
                "1 where usage is counted into the spool, 0 while the disk does not let it.",
                status.countingTrouble().isEmpty() ? 1 : 0);
        text.gauge(
                "coopmesh_spool_windows",
                "Usage windows that billing does not have yet.",
                status.spoolWindows());
        text.gauge("coopmesh_spool_bytes", "Bytes of the spool on disk.", status.spoolBytes());
        text.gauge(
                "coopmesh_spool_limit_bytes",
                "Bound of the spool; beyond it the oldest windows are dropped.",
                status.spoolBytesMax());
        status.acceptedUntil()
                .ifPresent(at ->
                        text.time(
                                "coopmesh_usage_accepted_time_seconds",
                                "End of the newest usage window that billing has.",
                                at));
        text.counter(
                "coopmesh_usage_accepted_windows_total",
                "Usage windows that billing has taken since the agent started.",
                status.acceptedWindows());
        text.counter(
                "coopmesh_usage_report_failures_total",
                "Calls to billing since the agent started that brought nothing.",
                status.reportFailures());
        if (!status.sources().isEmpty()) {
            text.family(
                    "coopmesh_link_source_up",
                    "gauge",
                    "1 where a source of links answers, else 0.");
            for (Map.Entry<String, String> source : status.sources().entrySet()) {
                text.sample("source", source.getKey(), source.getValue().isEmpty() ? 1 : 0);
            }
        }
        if (!status.shared().isEmpty()) {
            text.family(
                    "coopmesh_line_shared",
                    "gauge",
                    "1 where a line is shared as it should be, else 0.");
            for (Map.Entry<String, String> line : status.shared().entrySet()) {
                text.sample("line", line.getKey(), line.getValue().isEmpty() ? 1 : 0);
            }
            text.counter(
                    "coopmesh_line_queues_restored_total",
                    "Times since the agent started that another's change of its queues was undone.",
                    status.sharedRestored());
        }
        if (!status.portBlocks().isEmpty()) {
            text.gauge(
                    "coopmesh_port_blocks_kept",
                    "1 where every port of an outside address says whose it is, else 0.",
                    status.portBlocksTrouble().isEmpty() ? 1 : 0);
            text.counter(
                    "coopmesh_port_blocks_ended_flows_total",
                    "Flows ended since the agent started because they had another's port.",
                    status.portBlocksEnded());
        }
        return text.toString();
    }

    private String name = "";

    /** Begins a family: its samples follow. */
    MetricsText family(String name, String type, String help) {
        this.name = name;
        text.append("# HELP ").append(name).append(' ');
        text.append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    MetricsText sample(long value) {
        text.append(name).append(' ').append(value).append('\n');
        return this;
    }

    MetricsText sample(String label, String labelValue, long value) {
        text.append(name).append('{');
        label(label, labelValue);
        text.append("} ").append(value).append('\n');
        return this;
    }

    MetricsText sample(
            String first, String firstValue, String second, String secondValue, long value) {
        text.append(name).append('{');
        label(first, firstValue);
        text.append(',');
        label(second, secondValue);
        text.append("} ").append(value).append('\n');
        return this;
    }

    private void label(String label, String value) {
        text.append(label).append("=\"");
        text.append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
        text.append('"');
    }

    private void gauge(String name, String help, long value) {
        family(name, "gauge", help).sample(value);
    }

    private void counter(String name, String help, long value) {
        family(name, "counter", help).sample(value);
    }

    private void time(String name, String help, Instant at) {
        gauge(name, help, at.getEpochSecond());
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
