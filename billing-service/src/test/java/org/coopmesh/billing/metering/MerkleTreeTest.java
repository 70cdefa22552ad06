package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {
    /** The tests that Certificate Transparency publishes for RFC 6962: leaves and the root over the first so many. */
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
                    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    @Test
    void rootsAreThoseOfCertificateTransparency() {
        for (int size = 1; size <= LEAVES.size(); size++) {
            assertThat(HexFormat.of().formatHex(MerkleTree.root(leaves(LEAVES.subList(0, size)))))
                    .as("%d leaves", size)
                    .isEqualTo(ROOTS.get(size - 1));
        }
        assertThat(HexFormat.of().formatHex(MerkleTree.root(List.of())))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Property(tries = 60)
    void theTreeOverTilesIsTheTreeOverLeaves(
            @ForAll @IntRange(min = 1, max = 3_000) int size,
            @ForAll @IntRange(min = 0, max = 5) int power) {
        List<byte[]> leaves = new ArrayList<>();
        for (int i = 0; i < size; i++)
            leaves.add(MerkleTree.leaf(new byte[] {(byte) i, (byte) (i >> 8)}));
        int tile = 1 << power;
        List<byte[]> tiles = new ArrayList<>();
        for (int from = 0; from < size; from += tile) {
            tiles.add(MerkleTree.root(leaves.subList(from, Math.min(size, from + tile))));
        }

        assertThat(MerkleTree.root(tiles)).isEqualTo(MerkleTree.root(leaves));
    }

    private static List<byte[]> leaves(List<String> data) {
        return data.stream().map(hex -> MerkleTree.leaf(HexFormat.of().parseHex(hex))).toList();
    }
}
