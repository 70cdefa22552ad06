package org.coopmesh.membership.member;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for words that sort members; the only class that knows the table. */
@Repository
class Labels {
    /** A word of a label or zone. */
    static final String WORD = "[\\p{L}\\p{N}][\\p{L}\\p{N} _.-]{0,39}";

    static final int PER_MEMBER_MAX = 20;

    private final JdbcClient db;

    Labels(JdbcClient db) {
        this.db = db;
    }

    /** A word, and how many have it. */
    record Count(String word, long count) {}

    void set(MemberId member, Set<String> labels) {
        db.sql("delete from member_label where member_id = :memberId")
                .param("memberId", member.value())
                .update();
        for (String label : labels)
            db.sql("insert into member_label (member_id, label) values (:memberId, :label)")
                    .param("memberId", member.value())
                    .param("label", label)
                    .update();
    }

    /** Labels of each of {@code members}, sorted; one without any is not in the answer. */
    Map<MemberId, List<String>> of(Collection<MemberId> members) {
        if (members.isEmpty()) return Map.of();
        return db
                .sql("select * from member_label where member_id in (:members) order by label")
                .param("members", members.stream().map(MemberId::value).toList())
                .query((row, _) ->
                        Map.entry(
                                new MemberId(row.getObject("member_id", UUID.class)),
                                row.getString("label")))
                .list()
                .stream()
                .collect(
                        Collectors.groupingBy(
                                Map.Entry::getKey,
                                Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    /** Every label in use, by name. */
    List<Count> all() {
        return db.sql(
                        """
                        select label, count(*) from member_label group by label order by lower(label), label
                        """)
                .query((row, _) -> new Count(row.getString(1), row.getLong(2)))
                .list();
    }
}
