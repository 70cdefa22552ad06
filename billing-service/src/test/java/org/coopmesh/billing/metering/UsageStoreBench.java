package org.coopmesh.billing.metering;

import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.coopmesh.billing.LiveHeap;
import org.coopmesh.billing.subscription.MemberId;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;

/**
 * Measures the pages of members over all that a co-op keeps in 25 months: its reports of the last 90 days as signed bytes, hours
 * as long, days before that. Tables are filled by SQL in the order of time, as reports come; pages are asked for over REST.
 */
final class UsageStoreBench {
    private static final int WINDOWS_A_DAY = 288;
    private static final int WINDOWS_AN_HOUR = 12;
    private static final int FIRST_SEQUENCE = 1_200_007; // Three bytes in every report.
    private static final int QUESTIONS = 200;
    private static final int WARM_UP = 40;
    private static final long DISK_LEFT_MIN = 10L * 1_000_000_000;
    private static final Instant NOW = MeteringContext.START;

    private UsageStoreBench() {}

    /** Arguments: {@code --windows}, and how many are stored; a million where it is left out. */
    static void main(String[] arguments) throws Exception {
        long asked = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1_000_000;
        try (var context = MeteringContext.start(MeteringContext.newKeysDirectory())) {
            var settings = context.getBean(MeteringSettings.class);
            int days = (int) settings.keepDays().toDays();
            int nodes = (int) Math.max(1, Math.ceilDiv(asked, (long) days * WINDOWS_A_DAY));
            var store = new UsageStoreBench.Store(context, settings, nodes);
            Instant started = Instant.now();
            int daysOfReports = store.fill();
            Duration filling = Duration.between(started, Instant.now());
            long windows = (long) nodes * days * WINDOWS_A_DAY;
            long reports = store.count("usage_report");
            String what =
                    "windows=%d nodes=%d members=%d reports_in_full=%d days_in_full=%d hours=%d days=%d attachments=8 links=4 cores=%d"
                                    .formatted(
                                            windows,
                                            nodes,
                                            store.members.size(),
                                            reports,
                                            daysOfReports,
                                            store.count("usage_hour"),
                                            store.count("usage_daily"),
                                            Runtime.getRuntime().availableProcessors())
                            + " database_on_the_same_machine filled_in_s="
                            + filling.toSeconds();
            MeteringBench.figure(
                    "metering.disk_per_report_in_full",
                    (double) store.bytes("usage_report") / reports,
                    "bytes",
                    what + " signed_bytes=" + store.signedBytes);
            MeteringBench.figure(
                    "metering.disk_per_window_stored",
                    (double)
                                    (store.bytes("usage_report")
                                            + store.bytes("usage_hour")
                                            + store.bytes("usage_daily"))
                            / windows,
                    "bytes",
                    what);
            MeteringBench.figure(
                    "metering.disk_per_window_without_its_report",
                    (double) (store.bytes("usage_hour") + store.bytes("usage_daily")) / windows,
                    "bytes",
                    what);
            ask(context, store, what);
        }
        System.exit(0);
    }

    private static void ask(ConfigurableApplicationContext context, Store store, String what)
            throws Exception {
        MockMvc http =
                MockMvcBuilders.webAppContextSetup((WebApplicationContext) context)
                        .apply(springSecurity())
                        .build();
        for (var each : asked(http, store).entrySet()) {
            Arrays.sort(each.getValue());
            String name = "metering." + each.getKey() + "_ms_";
            MeteringBench.figure(name + "p50", each.getValue()[QUESTIONS / 2], "ms", what);
            MeteringBench.figure(name + "p95", each.getValue()[QUESTIONS * 95 / 100], "ms", what);
        }
        // Run it with a tenth as many windows: this is to stay the same.
        MeteringBench.figure(
                "metering.usage_page_live_heap",
                LiveHeap.addedBy(() -> asked(http, store)) / 1e6,
                "MB",
                what + " everything_else_collected_each_half_second");
    }

    /** What each page took, in milliseconds, question by question. */
    private static Map<String, double[]> asked(MockMvc http, Store store) throws Exception {
        var pages = new TreeMap<String, MockHttpServletRequestBuilder>();
        var millis = new TreeMap<String, double[]>();
        var random = new Random(1);
        for (int question = -WARM_UP; question < QUESTIONS; question++) {
            MemberId member = store.members.get(random.nextInt(store.members.size()));
            pages.put("month_by_hour", mine(Duration.ofDays(31), "hour"));
            pages.put("two_years_by_day", mine(Duration.ofDays(730), "day"));
            pages.put("week_by_window", mine(Duration.ofDays(7), "window"));
            pages.put("set_aside", get("/api/usage/mine/implausible"));
            double page = 0;
            for (Map.Entry<String, MockHttpServletRequestBuilder> each : pages.entrySet()) {
                long started = System.nanoTime();
                var answer =
                        http.perform(
                                        each.getValue()
                                                .with(
                                                        jwt().jwt(token ->
                                                                        token.subject(
                                                                                member.value()
                                                                                        .toString()))
                                                                .authorities(
                                                                        new SimpleGrantedAuthority(
                                                                                "ROLE_member"))))
                                .andReturn()
                                .getResponse();
                double took = (System.nanoTime() - started) / 1e6;
                boolean empty =
                        !each.getKey().equals("set_aside")
                                && answer.getContentAsString().contains("\"items\":[]");
                if (answer.getStatus() != 200 || empty) {
                    throw new IllegalStateException(
                            each.getKey()
                                    + " "
                                    + answer.getStatus()
                                    + " "
                                    + answer.getContentAsString());
                }
                if (question >= 0) {
                    millis.computeIfAbsent(each.getKey(), name -> new double[QUESTIONS])[question] =
                            took;
                }
                if (each.getKey().equals("month_by_hour") || each.getKey().equals("set_aside")) {
                    page += took;
                }
            }
            if (question >= 0) {
                millis.computeIfAbsent("usage_page", name -> new double[QUESTIONS])[question] =
                        page;
            }
        }
        return millis;
    }

    private static MockHttpServletRequestBuilder mine(Duration back, String step) {
        return get("/api/usage/mine")
                .param("from", NOW.minus(back).toString())
                .param("to", NOW.toString())
                .param("step", step);
    }

    /** The tables of metering, filled as they would be after 25 months. */
    private static final class Store {
        final List<MemberId> members = new ArrayList<>();
        int signedBytes;
        private final JdbcClient db;
        private final JdbcTemplate jdbc;
        private final MeteringSettings settings;
        private final int nodes;

        Store(ConfigurableApplicationContext context, MeteringSettings settings, int nodes) {
            this.db = context.getBean(JdbcClient.class);
            this.jdbc = context.getBean(JdbcTemplate.class);
            this.settings = settings;
            this.nodes = nodes;
        }

        /** Says how many days of reports there are in full: fewer than are kept where the disk has no room. */
        int fill() throws IOException {
            MeteringContext.coop(db);
            jdbc.execute(
                    """
                    create table bench_node (place int primary key, node_id bytea, boot_id uuid, template bytea)
                    """);
            jdbc.execute(
                    """
                    create table bench_attachment (place int, attachment_id uuid, own boolean)
                    """);
            // A number of 35 bits as protobuf writes it.
            jdbc.execute(
                    """
                    create function bench_varint(value bigint, bytes int) returns bytea language sql immutable as $$
                        select string_agg(set_byte('\\x00', 0,
                                   ((value >> (7 * i)) & 127)::int + case when i < bytes - 1 then 128 else 0 end), '' order by i)
                        from generate_series(0, bytes - 1) i
                    $$
                    """);
            // What fills the store is not what is measured: a fill is not written twice.
            for (String table : List.of("usage_report", "usage_hour", "usage_daily")) {
                jdbc.execute("alter table " + table + " set unlogged");
            }
            Places places = nodes();
            int reportDays = (int) settings.keepReports().toDays();
            for (int day = 0; day < reportDays; day++) {
                Instant from = NOW.minus(Duration.ofDays(reportDays - day));
                if (Files.getFileStore(Path.of(System.getProperty("java.io.tmpdir")))
                                .getUsableSpace()
                        < DISK_LEFT_MIN) {
                    reportDays = day;
                    break;
                }
                reports(from, day * WINDOWS_A_DAY, places);
                if (day % 10 == 9) {
                    System.out.println("  " + (day + 1) + " days of reports");
                }
            }
            int hourDays = (int) settings.keepHours().toDays();
            sums(
                    "usage_hour",
                    NOW.minus(Duration.ofDays(hourDays)),
                    NOW,
                    "1 hour",
                    WINDOWS_AN_HOUR);
            sums("usage_daily", NOW.minus(settings.keepDays()), NOW, "1 day", WINDOWS_A_DAY);
            jdbc.update(
                    "update usage_summed set time_zone = 'UTC', summed_to = ?, hours_from = ?",
                    NOW.atOffset(ZoneOffset.UTC),
                    NOW.minus(Duration.ofDays(hourDays)).atOffset(ZoneOffset.UTC));
            jdbc.execute("vacuum analyze");
            return reportDays;
        }

        /** Where in a report that is told apart from others its time and its number stand, from 1. */
        private record Places(int sequence, int started, int ended) {}

        private Places nodes() throws IOException {
            Places places = null;
            var beside = new ArrayList<AttachmentId>();
            for (int n = 0; n < nodes; n++) {
                var node = new ReportingNode();
                var attachments = new ArrayList<AttachmentId>();
                for (int a = 0; a < MeteringBench.ATTACHMENTS / 2; a++) {
                    var member = new MemberId(UUID.randomUUID());
                    members.add(member);
                    attachments.add(
                            MeteringContext.attach(
                                    db, node.id, MeteringContext.site(db, member), member));
                }
                // Of the node before, for which this one carries.
                var own = List.copyOf(attachments);
                attachments.addAll(beside.isEmpty() ? own : beside);
                if (beside.isEmpty()) {
                    for (int a = own.size(); a < attachments.size(); a++) {
                        attachments.set(a, new AttachmentId(UUID.randomUUID()));
                    }
                }
                beside.clear();
                beside.addAll(own);
                node.sequence = FIRST_SEQUENCE - 1;
                node.previous = ByteString.copyFrom(new byte[32]);
                byte[] template =
                        MeteringBench.report(node, NOW, attachments, 1_000).build().toByteArray();
                signedBytes = template.length;
                if (places == null) {
                    places =
                            new Places(
                                    at(template, FIRST_SEQUENCE),
                                    at(template, NOW.getEpochSecond()),
                                    at(template, NOW.plusSeconds(300).getEpochSecond()));
                }
                jdbc.update(
                        "insert into bench_node values (?, ?, ?, ?)",
                        n,
                        node.id.bytes(),
                        node.boot,
                        template);
                for (int a = 0; a < attachments.size(); a++) {
                    jdbc.update(
                            "insert into bench_attachment values (?, ?, ?)",
                            n,
                            attachments.get(a).value(),
                            a < own.size());
                }
                jdbc.update(
                        """
                        insert into usage_boot (node_id, boot_id, identity_key, highest, reports, last_report_at)
                        values (?, ?, ?, ?, ?, ?)
                        """,
                        node.id.bytes(),
                        node.boot,
                        node.identityKey,
                        FIRST_SEQUENCE + 1_000_000,
                        1_000_000,
                        NOW.atOffset(ZoneOffset.UTC));
            }
            return java.util.Objects.requireNonNull(places);
        }

        private static int at(byte[] template, long number) throws IOException {
            var bytes = new byte[CodedOutputStream.computeUInt64SizeNoTag(number)];
            CodedOutputStream.newInstance(bytes).writeUInt64NoTag(number);
            for (int i = 0; i + bytes.length <= template.length; i++) {
                if (Arrays.equals(template, i, i + bytes.length, bytes, 0, bytes.length)) {
                    return i + 1;
                }
            }
            throw new IllegalStateException("not in the report: " + number);
        }

        /** A day of reports of every node, in the order in which they come. */
        private void reports(Instant from, int firstWindow, Places places) {
            db.sql(
                            """
                            insert into usage_report (node_id, boot_id, sequence, started_at, ended_at, received_at, state, reason,
                                                      late, hash, previous_hash, signed, run_last, run_signature)
                            select node_id, boot_id, sequence, started_at, ended_at, ended_at + interval '1 second', 'counted', null,
                                   false, hash, hash, signed, sequence, hash || hash
                            from (
                                select report.*, sha256(signed) as hash
                                from (
                                    select n.node_id, n.boot_id, w.sequence, w.started_at, w.ended_at,
                                           overlay(overlay(overlay(n.template placing w.s from :atSequence)
                                                                   placing w.a from :atStarted)
                                                                   placing w.e from :atEnded) as signed
                                    from (
                                        select :sequence + i as sequence, t as started_at, t + interval '5 minutes' as ended_at,
                                               bench_varint(:sequence + i, 3) as s,
                                               bench_varint(extract(epoch from t)::bigint, 5) as a,
                                               bench_varint(extract(epoch from t)::bigint + 300, 5) as e
                                        from (select i, :from::timestamptz + i * interval '5 minutes' as t
                                              from generate_series(0, :windows - 1) i) at
                                        order by i offset 0
                                    ) w
                                    -- Node by node within each window, without a sort of all the bytes.
                                    cross join lateral (select * from bench_node order by place offset w.sequence * 0) n
                                    offset 0
                                ) report
                                offset 0
                            ) hashed
                            """)
                    .param("atSequence", places.sequence())
                    .param("atStarted", places.started())
                    .param("atEnded", places.ended())
                    .param("sequence", (long) FIRST_SEQUENCE + firstWindow)
                    .param("from", from.atOffset(ZoneOffset.UTC))
                    .param("windows", WINDOWS_A_DAY)
                    .update();
        }

        /** Hours, or days, of every attachment that a node counts, in the order of time. */
        private void sums(String table, Instant from, Instant to, String step, int windows) {
            db.sql(
                            """
                            insert into %s (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                            local_bytes_down, local_bytes_up, windows)
                            select a.attachment_id, t, n.node_id, a.own, 1000000007 * (1 + extract(hour from t)::bigint), 100000003,
                                   300000007, 5, :windows
                            from generate_series(:from::timestamptz, :to::timestamptz - interval '1 second', :step::interval) t,
                                 bench_attachment a join bench_node n using (place)
                            order by t, a.place
                            """
                                    .formatted(table))
                    .param("windows", windows)
                    .param("from", from.atOffset(ZoneOffset.UTC))
                    .param("to", to.atOffset(ZoneOffset.UTC))
                    .param("step", step)
                    .update();
        }

        long count(String table) {
            return db.sql("select count(*) from " + table).query(Long.class).single();
        }

        /** With its indexes. */
        long bytes(String table) {
            return db.sql("select pg_total_relation_size(:table::regclass)")
                    .param("table", table)
                    .query(Long.class)
                    .single();
        }
    }
}
