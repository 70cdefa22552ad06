package org.coopmesh.membership;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.node.NodeId;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * A large co-op. It is constituted over REST; members and nodes are put into the tables by SQL, as nobody could type them in, and
 * say nothing on Kafka. Everybody's password is the board's.
 */
public final class Population {
    public static final String PASSWORD = "a-long-password";
    private static final String COOP =
            """
            {"name": "Sample valley", "currency": "EUR", "timeZone": "Europe/Berlin",
             "poolsV4": ["10.0.0.0/8"], "poolsV6": ["fd42:201::/48"], "garden": ["10.255.255.1/32"],
             "rulesText": "Be kind.",
             "board": {"name": "Ada Board", "email": "board@example.org", "password": "%s"}}
            """
                    .formatted(PASSWORD);

    private final JdbcTemplate jdbc;
    private final JdbcClient db;
    private final UUID board;

    private Population(JdbcTemplate jdbc, UUID board) {
        this.jdbc = jdbc;
        this.db = JdbcClient.create(jdbc);
        this.board = board;
    }

    /** Constitutes the co-op that {@code replica} serves. */
    public static Population constitute(Replica replica, String databaseUrl) throws Exception {
        String answer = replica.ask("POST", "/api/coop", "Setup " + replica.setUpCode(), COOP);
        UUID board = UUID.fromString(new JsonMapper().readTree(answer).get("memberId").asString());
        return new Population(new JdbcTemplate(new DriverManagerDataSource(databaseUrl)), board);
    }

    public UUID board() {
        return board;
    }

    public JdbcClient db() {
        return db;
    }

    /** Members m1 to m{@code count}, each with an account, a payer, a site and a subscription; some with labels, most in a zone. */
    public void members(int count) {
        jdbc.execute(
                """
                create or replace function bench_id(kind text, number int) returns uuid language sql immutable as
                $$ select md5(kind || number)::uuid $$
                """);
        jdbc.execute(
                """
                create table bench_member as
                select i, bench_id('member', i) as id, bench_id('payer', i) as payer, bench_id('site', i) as site,
                       initcap(first[1 + i %% 40]) || ' ' || initcap(last[1 + (i / 7) %% 60]) || initcap(last[1 + (i / 420) %% 60]) as name,
                       first[1 + i %% 40] || '.' || last[1 + (i / 7) %% 60] || i || '@example.org' as email
                from generate_series(1, %d) i,
                     (select string_to_array('ana,bruno,carla,david,elena,farid,gemma,hugo,ines,jan,katja,lars,mara,nils,olga,pau,quim,rosa,'
                          || 'sara,tom,ulla,vera,wim,xenia,yara,zoe,adel,berta,cesar,dora,emil,flora,georg,hanna,ivan,jule,kim,lea,max,nora', ',') as first,
                      string_to_array('acker,bach,costa,dorn,eich,fels,gruber,haas,ilg,jung,kern,lang,moser,nagel,ober,pohl,quast,rieger,'
                          || 'sauer,thal,ulm,vogel,wald,yilmaz,zorn,alves,berg,cano,duarte,egger,falk,gomez,hofer,iriarte,janssen,kraus,lopez,'
                          || 'mendes,nunez,ortiz,perez,quiroga,romero,silva,torres,urban,vidal,weber,xavier,yanez,zapata,adler,brandt,conrad,'
                          || 'decker,ernst,frank,graf,heinz,imhof', ',') as last) as names
                """
                        .formatted(count));
        jdbc.execute(
                """
                insert into account (id, email, name, password_hash, opened_at)
                select m.id, m.email, m.name, a.password_hash, now() from bench_member m, account a
                where a.email = 'board@example.org'
                """);
        jdbc.execute(
                """
                insert into role_grant (account_id, role, granted, reason, at)
                select id, 'member', true, 'approved', now() from bench_member
                """);
        jdbc.execute(
                """
                insert into member (id, name, email, state, rules_version, applied_at, joined_on)
                select id, name, email, 'active', 1, now() - interval '1 year', current_date - 360 from bench_member
                """);
        jdbc.execute(
                """
                insert into member_timeline (member_id, at, kind) select id, now(), 'joined' from bench_member
                """);
        jdbc.execute(
                """
                insert into payer (id, name, email, address, member_id)
                select payer, name, email, 'Mill Lane ' || i, id from bench_member
                """);
        jdbc.execute(
                """
                insert into site (id, member_id, name, address, latitude, longitude, zone)
                select site, id, 'House ' || i, 'Mill Lane ' || i, 50 + i % 100 / 100.0, 8 + i % 90 / 100.0,
                       case when i % 10 > 0 then 'zone ' || i % 12 end
                from bench_member
                """);
        jdbc.execute(
                """
                insert into subscription (site_id, payer_id, plan_code, effective_on, recorded_at)
                select site, payer, 'standard', current_date - 360, now() from bench_member
                """);
        jdbc.execute(
                """
                insert into member_label (member_id, label)
                select id, 'label ' || i % 10 from bench_member where i % 3 = 0
                """);
        db.sql(
                        """
                        insert into invoice_word (invoice_id, payer_id, overdue_since, said_at)
                        select bench_id('invoice', i), payer, :since, now() from bench_member where i % 33 = 0
                        """)
                .param("since", LocalDate.now().minusDays(3))
                .update();
    }

    /** Enrols nodes of members m1, m2, … with {@code ids}; each has one attachment. */
    public void nodes(List<NodeId> ids) {
        db.sql(
                        """
                        insert into node (id, owner_id, site_id, name, gateway, created_at, state, node_id,
                            certificate_until, agent_version, enrolled_at)
                        select bench_id('node', i::int), bench_id('member', i::int), bench_id('site', i::int),
                               'roof ' || i, i % 50 = 0, now(), 'enrolled', hex, now() + interval '89 days', '0.1.0', now()
                        from unnest(:ids::text[]) with ordinality as told (hex, i)
                        """)
                .param("ids", ids.stream().map(NodeId::hex).toArray(String[]::new))
                .update();
        jdbc.update(
                """
                insert into attachment (id, node, site_id, prefix_v4, prefix_v6, attached_at)
                select bench_id('attachment', i), bench_id('node', i), bench_id('site', i),
                       ('10.' || i / 256 || '.' || i % 256 || '.0/24')::cidr,
                       ('fd42:201:0:' || to_hex(i) || '::/64')::cidr, now()
                from generate_series(1, ?) i
                """,
                ids.size());
        jdbc.execute("analyze");
    }

    /** The id of the record of the node that came as number {@code place}, from 1. */
    public UUID node(int place) {
        return db.sql("select bench_id('node', :place)")
                .param("place", place)
                .query(UUID.class)
                .single();
    }

    /** The newest version of the access list. */
    public long version() {
        return db.sql("select version from access_head").query(Long.class).single();
    }

    /** How many of {@code ids} have a receipt of exactly the newest list. */
    public int onTheNewest(List<NodeId> ids) {
        return db.sql(
                        """
                        select count(*) from access_receipt r join access_head h
                            on r.version = h.version and r.entries_hash = h.entries_hash
                        where r.failure = '' and r.node_id = any(:ids)
                        """)
                .param("ids", ids.stream().map(NodeId::hex).toArray(String[]::new))
                .query(Integer.class)
                .single();
    }
}
