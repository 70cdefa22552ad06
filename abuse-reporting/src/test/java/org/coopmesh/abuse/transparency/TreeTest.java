package org.coopmesh.abuse.transparency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.coopmesh.abuse.transparency.Tree.Node;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tree against the vectors that Certificate Transparency logs are tested with, and against itself at every size. */
class TreeTest {
    private static final Path VECTORS = Path.of("../../shared/samples/tlog/rfc6962-vectors.json");

    private static final List<String> LEAVES =
            List.of(
                    "",
                    "00",
                    "10",
                    "2021",
                    "3031",
                    "40414243",
                    "5051525354555657",
                    "606162636465666768696a6b6c6d6e6f");

    private static final List<String> ROOTS =
            List.of(
                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    /** A tree in memory, grown leaf by leaf. */
    private static final class Grown {
        private final Map<String, Hash> nodes = new HashMap<>();
        private long size;

        Grown(List<Hash> leaves, int batch) {
            for (int from = 0; from < leaves.size(); from += batch) {
                List<Hash> some = leaves.subList(from, Math.min(leaves.size(), from + batch));
                for (Node node : Tree.grown(size, some, this::at)) {
                    assertThat(nodes.put(node.level() + "/" + node.index(), node.hash())).isNull();
                }
                size += some.size();
            }
        }

        Hash at(int level, long index) {
            Hash node = nodes.get(level + "/" + index);
            assertThat(node).as(level + "/" + index).isNotNull();
            return node;
        }
    }

    private static Grown known() {
        return new Grown(
                LEAVES.stream().map(hex -> Tree.leaf(HexFormat.of().parseHex(hex))).toList(), 3);
    }

    @Test
    void rootsOfEverySizeAreThoseOfRfc6962() {
        Grown tree = known();

        for (int size = 0; size <= LEAVES.size(); size++) {
            assertThat(Tree.root(size, tree::at).hex())
                    .as("size " + size)
                    .isEqualTo(ROOTS.get(size));
        }
    }

    @Test
    void inclusionProofsAreThoseOfRfc6962() {
        Grown tree = known();

        assertThat(hex(Tree.inclusion(0, 1, tree::at))).isEmpty();
        assertThat(hex(Tree.inclusion(0, 8, tree::at)))
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertThat(hex(Tree.inclusion(5, 8, tree::at)))
                .containsExactly(
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertThat(hex(Tree.inclusion(2, 3, tree::at)))
                .containsExactly(
                        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
        assertThat(hex(Tree.inclusion(1, 5, tree::at)))
                .containsExactly(
                        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    }

    @Test
    void consistencyProofsAreThoseOfRfc6962() {
        Grown tree = known();

        assertThat(hex(Tree.consistency(1, 8, tree::at)))
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertThat(hex(Tree.consistency(6, 8, tree::at)))
                .containsExactly(
                        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertThat(hex(Tree.consistency(2, 5, tree::at)))
                .containsExactly(
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
        assertThat(hex(Tree.consistency(8, 8, tree::at))).isEmpty();
    }

    @Test
    void everyPublishedVectorHolds() throws Exception {
        assumeTrue(Files.exists(VECTORS), "no shared samples beside the repository");
        JsonNode vectors = new JsonMapper().readTree(Files.readAllBytes(VECTORS));
        Grown tree =
                new Grown(
                        vectors.path("leaves_hex")
                                .valueStream()
                                .map(leaf -> Tree.leaf(HexFormat.of().parseHex(leaf.asString())))
                                .toList(),
                        3);

        for (int size = 0; size < vectors.path("roots_by_size").size(); size++) {
            assertThat(Tree.root(size, tree::at).hex())
                    .isEqualTo(vectors.path("roots_by_size").path(size).asString());
        }
        for (JsonNode one : vectors.path("inclusion")) {
            assertThat(
                            hex(
                                    Tree.inclusion(
                                            one.path("index").asInt(),
                                            one.path("size").asInt(),
                                            tree::at)))
                    .isEqualTo(one.path("proof").valueStream().map(JsonNode::asString).toList());
        }
        for (JsonNode one : vectors.path("consistency")) {
            assertThat(
                            hex(
                                    Tree.consistency(
                                            one.path("from").asInt(),
                                            one.path("to").asInt(),
                                            tree::at)))
                    .isEqualTo(one.path("proof").valueStream().map(JsonNode::asString).toList());
        }
    }

    @Property(tries = 60)
    void everyProofHoldsAndNoOtherDoes(
            @ForAll @IntRange(min = 1, max = 70) int size,
            @ForAll @IntRange(min = 1, max = 9) int batch) {
        Grown tree = grown(size, batch);
        Hash root = Tree.root(size, tree::at);

        for (int i = 0; i < size; i++) {
            List<Hash> proof = Tree.inclusion(i, size, tree::at);
            Hash leaf = tree.at(0, i);
            assertThat(Tree.includes(i, size, leaf, proof, root)).isTrue();
            assertThat(Tree.includes(i, size, Tree.leaf(new byte[] {1}), proof, root)).isFalse();
            assertThat(size > 1 && Tree.includes((i + 1) % size, size, leaf, proof, root))
                    .isFalse();
            assertThat(Tree.includes(i, size, leaf, with(proof, root), root)).isFalse();
        }
        for (int from = 0; from <= size; from++) {
            Hash before = Tree.root(from, tree::at);
            List<Hash> proof = Tree.consistency(from, size, tree::at);
            assertThat(Tree.continues(from, before, size, root, proof)).isTrue();
            assertThat(Tree.continues(from, Tree.node(before, root), size, root, proof)).isFalse();
            assertThat(from < size && Tree.continues(from, root, size, root, proof)).isFalse();
            assertThat(Tree.continues(from, before, size, root, with(proof, root))).isFalse();
            if (!proof.isEmpty()) {
                List<Hash> cut = proof.subList(1, proof.size());
                assertThat(Tree.continues(from, before, size, root, cut)).isFalse();
            }
        }
    }

    @Test
    void aNodeIsNoLeaf() {
        Hash left = Tree.leaf(new byte[] {1});
        Hash right = Tree.leaf(new byte[] {2});
        byte[] both = new byte[64];
        System.arraycopy(left.bytes(), 0, both, 0, 32);
        System.arraycopy(right.bytes(), 0, both, 32, 32);

        assertThat(Tree.leaf(both)).isNotEqualTo(Tree.node(left, right));
    }

    @Test
    void whatIsNotThereHasNoProof() {
        Grown tree = grown(5, 2);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tree.inclusion(5, 5, tree::at))
                .withMessageStartingWith("index: ");
        assertThatIllegalArgumentException().isThrownBy(() -> Tree.inclusion(-1, 5, tree::at));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tree.consistency(6, 5, tree::at))
                .withMessageStartingWith("from: ");
        assertThatIllegalArgumentException().isThrownBy(() -> Tree.consistency(-1, 5, tree::at));
    }

    private static Grown grown(int size, int batch) {
        var leaves = new ArrayList<Hash>();
        for (int i = 0; i < size; i++) {
            leaves.add(Tree.leaf(new byte[] {(byte) i, 7}));
        }
        return new Grown(leaves, batch);
    }

    private static List<Hash> with(List<Hash> proof, Hash more) {
        var longer = new ArrayList<>(proof);
        longer.add(more);
        return longer;
    }

    private static List<String> hex(List<Hash> proof) {
        return proof.stream().map(Hash::hex).toList();
    }
}
