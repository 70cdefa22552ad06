package org.coopmesh.abuse.transparency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.jayway.jsonpath.JsonPath;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.abuse.transparency.LogFact.Kind;
import org.coopmesh.contracts.abuse.v1.LogEvent;
import org.coopmesh.contracts.billing.v1.PayRunEvent;
import org.coopmesh.contracts.billing.v1.PayRunPaid;
import org.coopmesh.contracts.billing.v1.PlanDeclared;
import org.coopmesh.contracts.billing.v1.PlanEvent;
import org.coopmesh.contracts.membership.v1.AssemblyEvent;
import org.coopmesh.contracts.membership.v1.CheckpointCosigned;
import org.coopmesh.contracts.membership.v1.CheckpointRefused;
import org.coopmesh.contracts.membership.v1.Resolution;
import org.coopmesh.contracts.membership.v1.ResolutionAdopted;
import org.coopmesh.contracts.membership.v1.RoleEvent;
import org.coopmesh.contracts.membership.v1.RoleGranted;
import org.coopmesh.contracts.membership.v1.WitnessEvent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.transaction.support.TransactionTemplate;

/** What other services and nodes say to the log, as Kafka brings it. */
@ServiceTest
@TestPropertySource(properties = "coopmesh.test.database=of-the-witnesses")
@DirtiesContext(classMode = DirtiesContext.ClassMode.BEFORE_EACH_TEST_METHOD)
class WitnessIT {
    @Autowired LoggedFactListener listener;
    @Autowired TransparencyLog log;
    @Autowired TransactionTemplate inTransaction;
    @Autowired MockMvc http;
    @Autowired Calls calls;
    @Autowired JdbcClient db;
    @Autowired TestClock clock;

    private KeyPair pair;
    private String node;

    @BeforeEach
    void aNodeAndALogOfThree() throws Exception {
        pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        node = Hash.sha256(pair.getPublic().getEncoded()).hex();
        calls.home(false);
        grow(3);
    }

    @Test
    void factsOfOtherServicesAreLoggedOnceAndWithoutNames() throws Exception {
        var role =
                RoleEvent.newBuilder()
                        .setEventId(UUID.randomUUID().toString())
                        .setRole("moderator")
                        .setGranted(RoleGranted.getDefaultInstance())
                        .build();
        listener.onRole(role.toByteArray());
        listener.onRole(role.toByteArray());
        listener.onPlan(
                PlanEvent.newBuilder()
                        .setEventId(UUID.randomUUID().toString())
                        .setPlanCode("basic")
                        .setDeclared(PlanDeclared.newBuilder().setEffectiveOn("2027-01-01"))
                        .build()
                        .toByteArray());
        listener.onPayRun(
                PayRunEvent.newBuilder()
                        .setEventId(UUID.randomUUID().toString())
                        .setPaid(
                                PayRunPaid.newBuilder()
                                        .setMonth("2026-10")
                                        .setTotalMicro(42_000_000)
                                        .setCurrency("EUR"))
                        .build()
                        .toByteArray());
        listener.onAssembly(
                AssemblyEvent.newBuilder()
                        .setEventId(UUID.randomUUID().toString())
                        .setAdopted(
                                ResolutionAdopted.newBuilder()
                                        .setResolution(
                                                Resolution.newBuilder()
                                                        .setNumber(7)
                                                        .setRecordSha256("ab".repeat(32))
                                                        .setYes(9)))
                        .build()
                        .toByteArray());

        assertThat(log.sequence()).isEqualTo(4);
        assertThat(told())
                .containsExactly(
                        "{role=moderator}",
                        "{effective=2027-01-01, plan=basic}",
                        "{currency=EUR, month=2026-10, totalMicro=42000000}",
                        "{abstain=0, no=0, number=7, recordSha256=" + "ab".repeat(32) + ", yes=9}");
    }

    @Test
    void theLogTellsItsGrowthInHashesAndSigned() throws Exception {
        byte[] payload =
                db.sql(
                                "select payload from outbox where topic = ? and key = 'log' order by id desc limit 1")
                        .param(LogEvents.TOPIC)
                        .query((rs, row) -> rs.getBytes("payload"))
                        .single();

        var grown = LogEvent.parseFrom(payload).getGrown();

        assertThat(grown.getFromSize()).isZero();
        assertThat(grown.getLeafHashes().size()).isEqualTo(3 * 32);
        assertThat(grown.getLeafHashes().substring(32, 64).toByteArray())
                .isEqualTo(log.tile(0, 0, 2).orElseThrow().get(1).bytes());
        assertThat(grown.getCheckpoint()).isEqualTo(checkpoint());
    }

    @Test
    void aNodeThatCosignedTheNewestHasSeenIt() throws Exception {
        cosign(checkpoint(), node, pair);

        assertThat(standing()).isEqualTo("seen by 1 of 1, 0 refused");
        String words = Calls.body(calls.get(Person.with("member"), "/api/abuse/log/witnesses"));
        SignedNote note = SignedNote.parse(checkpoint());
        var cosigned =
                SignedNote.parse(
                        note.text() + "\n" + JsonPath.read(words, "$.items[0].cosignature") + "\n");
        assertThat(cosigned.cosignedBy(NoteKey.parse(JsonPath.read(words, "$.items[0].key"))))
                .isPresent();
        grow(1);

        assertThat(standing()).isEqualTo("seen by 0 of 1, 0 refused");
    }

    @Test
    void anOldWordDoesNotTakeTheNewersPlace() throws Exception {
        String old = checkpoint();
        grow(1);
        cosign(checkpoint(), node, pair);
        cosign(old, node, pair);

        assertThat(standing()).isEqualTo("seen by 1 of 1, 0 refused");
    }

    @Test
    void aWordThatTheNodeDidNotSignDoesNotCount() throws Exception {
        KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> cosign(checkpoint(), node, other))
                .withMessageStartingWith("public_key: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cosign(checkpoint().replace("\n3\n", "\n4\n"), node, pair))
                .withMessageStartingWith("checkpoint: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        listener.onWitness(
                                event().setCosigned(
                                                CheckpointCosigned.newBuilder()
                                                        .setCheckpoint(checkpoint())
                                                        .setCosignature(line("other text\n", pair))
                                                        .setPublicKey(
                                                                ByteString.copyFrom(
                                                                        pair.getPublic()
                                                                                .getEncoded())))
                                        .build()
                                        .toByteArray()))
                .withMessageStartingWith("cosignature: ");
        assertThat(standing()).isEqualTo("seen by 0 of 1, 0 refused");
    }

    @Test
    void aForkThatANodeRefusedIsShownWithItsProof() throws Exception {
        listener.onWitness(
                event().setRefused(
                                CheckpointRefused.newBuilder()
                                        .setWhy("forked")
                                        .setCheckpoint(checkpoint())
                                        .setSeen("another"))
                        .build()
                        .toByteArray());

        assertThat(standing()).isEqualTo("seen by 0 of 1, 1 refused");
        String words = Calls.body(calls.get(Person.with("member"), "/api/abuse/log/witnesses"));
        assertThat(JsonPath.<String>read(words, "$.refusals[0].checkpoint"))
                .isEqualTo(checkpoint());
        assertThat(JsonPath.<String>read(words, "$.refusals[0].seen")).isEqualTo("another");
    }

    @Test
    void anotherRootThatTheLogsKeySignedIsAFork() throws Exception {
        String forked = checkpoint();
        db.sql(
                        """
                        set session_replication_role = replica;
                        update log_checkpoint set root = sha256('another') where size = 3;
                        set session_replication_role = origin
                        """)
                .update();

        cosign(forked, node, pair);

        assertThat(standing()).isEqualTo("seen by 0 of 1, 1 refused");
    }

    private void cosign(String checkpoint, String as, KeyPair with) throws Exception {
        SignedNote note = SignedNote.parse(checkpoint);
        listener.onWitness(
                event().setNodeId(as)
                        .setCosigned(
                                CheckpointCosigned.newBuilder()
                                        .setCheckpoint(checkpoint)
                                        .setCosignature(line(note.text(), with))
                                        .setPublicKey(
                                                ByteString.copyFrom(with.getPublic().getEncoded())))
                        .build()
                        .toByteArray());
    }

    private WitnessEvent.Builder event() {
        return WitnessEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setNodeId(node)
                .setOccurredAt(Timestamp.newBuilder().setSeconds(clock.instant().getEpochSecond()));
    }

    private String line(String text, KeyPair with) throws Exception {
        byte[] info = with.getPublic().getEncoded();
        NoteKey key =
                NoteKey.of(
                        "node/" + node,
                        NoteKey.COSIGNATURE,
                        Arrays.copyOfRange(info, info.length - 32, info.length));
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(with.getPrivate());
        signer.update(SignedNote.cosigned(text, clock.instant().getEpochSecond()));
        var line = SignedNote.Line.of(key, clock.instant(), signer.sign());
        return "— " + line.name() + " " + line.signature();
    }

    private void grow(int facts) {
        inTransaction.executeWithoutResult(status -> {
            for (int i = 0; i < facts; i++) {
                log.append(
                        new LogFact(
                                Kind.BAN_EXPIRED,
                                UUID.randomUUID().toString(),
                                Map.of(),
                                Map.of()));
            }
        });
        log.sequence();
    }

    private String checkpoint() throws Exception {
        return http.perform(get("/log/checkpoint")).andReturn().getResponse().getContentAsString();
    }

    private String standing() throws Exception {
        String answer =
                http.perform(get("/log/witnesses")).andReturn().getResponse().getContentAsString();
        return "seen by %s of %s, %s refused"
                .formatted(
                        JsonPath.<Integer>read(answer, "$.seenBy"),
                        JsonPath.<Integer>read(answer, "$.nodes"),
                        JsonPath.<Integer>read(answer, "$.refusals"));
    }

    private List<String> told() {
        return log.bundle(0, 7).orElseThrow().stream()
                .skip(3)
                .map(entry ->
                        JsonPath.<Map<String, String>>read(new String(entry, UTF_8), "$.told"))
                .map(told -> new TreeMap<>(told).toString())
                .toList();
    }
}
