package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.SiteId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataIntegrityViolationException;

class AttachmentsIT extends NetworkedService {
    private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");

    @Autowired private Attachments attachments;
    @Autowired private Nodes nodes;
    private final NodeRecordId node = NodeRecordId.random();

    @BeforeEach
    void aNode() {
        nodes.insert(
                new Node.Pending(
                        new Node.About(node, MemberId.next(), SiteId.next(), "roof", false, NOW)));
    }

    @AfterEach
    void nothingStays() {
        db.sql("delete from attachment where node = :node").param("node", node.value()).update();
        nodes.delete(node);
    }

    @Test
    void twoAttachmentsNeverShareAnAddressAtOneTime() {
        attachments.insert(attachment("10.50.1.0/24", NOW));

        assertThatThrownBy(
                        () -> attachments.insert(attachment("10.50.1.128/25", NOW.plusSeconds(60))))
                .isInstanceOf(DataIntegrityViolationException.class);
    }

    @Test
    void anAddressThatWasGivenBackIsGivenAgain() {
        var first = attachment("10.50.1.0/24", NOW);
        attachments.insert(first);
        attachments.end(first.id(), NOW.plus(Duration.ofHours(1)));

        attachments.insert(attachment("10.50.1.0/24", NOW.plus(Duration.ofHours(1))));

        assertThat(attachments.openOf(List.of(node))).hasSize(1);
        assertThat(attachments.find(first.id()).orElseThrow().until())
                .isEqualTo(NOW.plus(Duration.ofHours(1)));
    }

    private Attachment attachment(String prefix, Instant since) {
        return new Attachment(
                AttachmentId.random(),
                node,
                SiteId.next(),
                Prefix.parse(prefix),
                null,
                since,
                null);
    }
}
