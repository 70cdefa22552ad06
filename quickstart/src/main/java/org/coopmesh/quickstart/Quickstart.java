package org.coopmesh.quickstart;

import static org.coopmesh.quickstart.Village.PEOPLE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.coopmesh.quickstart.Village.Person;
import org.jspecify.annotations.Nullable;

/** The whole co-op on one machine, started in the order in which facts flow. */
public final class Quickstart implements AutoCloseable {
    /** A system property: the heap of each service, such as {@code 384m}, where more than a village is measured. */
    public static final String HEAP = "coopmesh.village.heap";

    private static final Duration LOOK_AFTER = Duration.ofSeconds(3);
    private static final int SECOND_CLIENT_OCTET = 21;
    private static final int CLIENT_OCTET = 20;
    private static final int FETCH_BYTES = 400_000;
    private static final long FETCH_PAUSE_MILLIS = 700;

    private final Installation at;
    private final Servers servers;
    private final @Nullable Mesh mesh;
    private final Outside outside;
    private final Services services;
    private final Agents agents;
    private final Village village;
    private final DemoClock clock;
    private final Traffic traffic;
    private final Deque<Runnable> started;

    private Quickstart(
            Installation at,
            Servers servers,
            @Nullable Mesh mesh,
            Outside outside,
            Services services,
            Agents agents,
            Village village,
            DemoClock clock,
            Traffic traffic,
            Deque<Runnable> started) {
        this.at = at;
        this.servers = servers;
        this.mesh = mesh;
        this.outside = outside;
        this.services = services;
        this.agents = agents;
        this.village = village;
        this.clock = clock;
        this.traffic = traffic;
        this.started = started;
    }

    /**
     * Starts everything and returns when the village lives; {@code progress} hears a line for each step. What had started is
     * ended again when something does not.
     */
    public static Quickstart start(Installation at, Consumer<String> progress) {
        var steps = new Progress(progress);
        prepare(at);
        var secrets = new Secrets(at.state().resolve("secrets.properties"));
        var clock = new DemoClock(at.clockFile());
        var started = new ArrayDeque<Runnable>();
        try {
            Outside outside = Outside.start(at, secrets, clock);
            started.push(outside::close);
            var village = new Village(at, secrets, clock, outside.bank());
            village.beginInThePast();
            Servers servers = Servers.start(at.state(), at.postgresPort(), at.kafkaPort());
            started.push(servers::close);
            for (String database : new String[] {"membership", "billing", "abuse", "gateway"}) {
                servers.giveDatabase(database, secrets.of("database." + database));
            }
            steps.step("PostgreSQL and Kafka answer");
            Mesh mesh = null;
            if (!at.simulated()) {
                mesh = Mesh.build(at);
                started.push(mesh::close);
                steps.step("six routers, two gateways, one Internet host");
            }
            var services = new Services(at, secrets, outside);
            started.push(services::stop);
            var agents = new Agents(at);
            started.push(agents::stop);
            var traffic = new Traffic(at);
            started.push(traffic::stop);
            var quickstart =
                    new Quickstart(
                            at, servers, mesh, outside, services, agents, village, clock, traffic,
                            started);
            services.start(steps);
            quickstart.live(steps);
            return quickstart;
        } catch (RuntimeException e) {
            started.forEach(Runnable::run);
            throw e;
        }
    }

    private static void prepare(Installation at) {
        try {
            Files.createDirectories(at.logs());
            Path marker = at.state().resolve("coopmesh-quickstart");
            if (!Files.exists(marker)) {
                Files.writeString(
                        marker, "Made by ./coopmesh up; ./coopmesh down --forget removes it.\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void live(Progress steps) {
        village.constitute();
        village.join();
        village.keepBooks();
        steps.step("the co-op is founded, neighbours have joined");
        village.registerNodes(agents);
        if (mesh != null) {
            traffic.serve();
        }
        for (Person person : PEOPLE) {
            connect(person.router());
            agents.start(person.router());
        }
        village.awaitNodes();
        village.nameNodes();
        steps.step("six nodes are enrolled and report");
        if (mesh != null) {
            village.introduceNeighbours(agents);
        }
        village.liveUntilToday(steps);
        village.complain(clientAddress("n6", SECOND_CLIENT_OCTET));
        steps.step("the village lives");
    }

    /** Gives a router its LAN, and the LAN its clients: c1 behind n1 and so on; two live behind n6. */
    private void connect(String router) {
        if (mesh == null) {
            return;
        }
        var lan = village.lan(router);
        mesh.attach(router, lan.routerV4(), lan.routerV6(), 24, 64);
        String client = "c" + router.substring(1);
        mesh.client(client, router, lan.routerV4(), lan.routerV6(), CLIENT_OCTET);
        traffic.fetchForEver(client, FETCH_BYTES, FETCH_PAUSE_MILLIS);
        if (router.equals("n6")) {
            mesh.client("c6b", router, lan.routerV4(), lan.routerV6(), SECOND_CLIENT_OCTET);
            traffic.fetchForEver("c6b", FETCH_BYTES / 4, FETCH_PAUSE_MILLIS);
        }
    }

    private String clientAddress(String router, int lastOctet) {
        String routerV4 = village.lan(router).routerV4();
        return routerV4.substring(0, routerV4.lastIndexOf('.') + 1) + lastOctet;
    }

    /** Where it lives. */
    public Installation installation() {
        return at;
    }

    /** The people and what they have done. */
    public Village village() {
        return village;
    }

    /**
     * The live mesh.
     *
     * @throws IllegalStateException when it is simulated
     */
    public Mesh mesh() {
        if (mesh == null) {
            throw new IllegalStateException("the mesh is simulated");
        }
        return mesh;
    }

    /** The time that all services share. */
    public DemoClock clock() {
        return clock;
    }

    /** Stops and starts what the clients fetch by themselves, so that a test can count its own bytes. */
    public void letTrafficFlow(boolean flow) {
        traffic.flow(flow);
    }

    /** The bank that has the co-op's account. */
    public Bank bank() {
        return outside.bank();
    }

    /** The mail server that keeps what the co-op mails. */
    public MailSink mails() {
        return outside.mails();
    }

    /** The payment providers, as this machine plays them. */
    public ProviderSimulator providers() {
        return outside.providers();
    }

    /** The services, by name. */
    public List<String> services() {
        return services.names();
    }

    /** Kills a service as a power cut would. */
    public void killService(String name) {
        services.kill(name);
    }

    /** A service stands still while {@code meanwhile} runs, as on a machine that has no time for it, and goes on. */
    public void withFrozenService(String name, Runnable meanwhile) {
        services.withFrozen(name, meanwhile);
    }

    /** Starts a killed service and waits until it answers. */
    public void restartService(String name) {
        services.restart(name);
    }

    /** Asks a service to end, as a cluster would, and waits until it has. */
    public void endService(String name) {
        services.end(name);
    }

    /**
     * Starts one more of a service under another name, with these settings instead of its own, and waits until it takes requests;
     * one of that name that has ended starts again.
     */
    public void startReplica(String service, String name, Map<String, String> settings) {
        services.startReplica(service, name, settings);
    }

    /** Ends one that was started beside the others. */
    public void removeReplica(String name) {
        services.removeReplica(name);
    }

    /** PostgreSQL dies as in a power cut, is away while {@code meanwhile} runs, and comes back. */
    public void withoutPostgres(Runnable meanwhile) {
        servers.withoutPostgres(meanwhile);
    }

    /** Kafka ends, is away while {@code meanwhile} runs, and comes back. */
    public void withoutKafka(Runnable meanwhile) {
        servers.withoutKafka(meanwhile);
    }

    /** Starts one more agent, with the file that the page of its node showed; only where the mesh is simulated. */
    public void addBox(String box, String shown) {
        if (mesh != null) {
            throw new IllegalStateException("a router comes with its links, by Mesh");
        }
        agents.configure(box, shown);
        agents.start(box);
    }

    /** Where the key stands by which a name server fetches the zone of names. */
    public Path zoneKeyFile() {
        return at.zoneKeyFile();
    }

    /** Where a name server fetches the zone, on loopback. */
    public int zonePort() {
        return at.zonePort();
    }

    /** Where a name server that is told of changes listens, on loopback. */
    public int nameServerPort() {
        return at.nameServerPort();
    }

    /** Kills the agent on {@code router} as a power cut would. */
    public void killAgent(String router) {
        agents.kill(router);
    }

    /** Starts the agent on {@code router} again. */
    public void restartAgent(String router) {
        agents.start(router);
    }

    /** Ends everything, what started last first. */
    @Override
    public void close() {
        started.forEach(Runnable::run);
    }

    private void lookAfterThemUntilStopped() throws InterruptedException {
        while (true) {
            Thread.sleep(LOOK_AFTER);
            services.startDead();
            agents.startDead();
        }
    }

    static void main(String[] args) throws Exception {
        Path state = Path.of(System.getProperty("coopmesh.state", ".coopmesh")).toAbsolutePath();
        switch (args.length == 0 ? "run" : args[0]) {
            case "clock" -> moveClock(state, args.length < 2 ? "" : args[1]);
            case "run" -> run(state, args.length > 1 && args[1].equals("--simulated"));
            default -> throw new IllegalArgumentException("run or clock, not " + args[0]);
        }
    }

    private static void moveClock(Path state, String step) {
        var clock = new DemoClock(state.resolve("clock"));
        try {
            clock.forward(DemoClock.step(step));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
        System.out.println("The co-op's time is now " + clock.now());
    }

    private static void run(Path state, boolean simulated) throws Exception {
        Path home = Path.of(System.getProperty("coopmesh.home", ".")).toAbsolutePath();
        Files.createDirectories(state);
        Files.writeString(
                state.resolve("quickstart.pid"), Long.toString(ProcessHandle.current().pid()));
        var at = new Installation(home, state, 0, simulated || !Mesh.possible());
        Path progress = state.resolve("progress.log");
        Quickstart quickstart =
                start(
                        at,
                        line -> {
                            try {
                                Files.writeString(
                                        progress,
                                        line + "\n",
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.APPEND);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        var main = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            main.interrupt();
                            quickstart.close();
                        }));
        Path welcome = state.resolve("welcome.next");
        Files.writeString(welcome, quickstart.welcome());
        Files.move(welcome, state.resolve("welcome.txt"));
        try {
            quickstart.lookAfterThemUntilStopped();
        } catch (InterruptedException stopped) {
            // The shutdown hook closes everything
        }
    }

    private String welcome() {
        var text = new StringBuilder();
        text.append("\n  Village Mesh is alive:  ").append(at.publicUrl()).append("\n\n");
        text.append("  Everyone's password is  ").append(village.password()).append("\n");
        for (Person person : PEOPLE) {
            String as = String.join(", ", person.roles());
            text.append("    %-26s %s%n".formatted(person.email(), as.isEmpty() ? "member" : as));
        }
        text.append("\n  Everyone's letter box (nothing leaves this machine):  ")
                .append(outside.letterBox())
                .append('\n');
        text.append("\n  Three things to try\n");
        if (mesh != null) {
            String client = mesh.clients().getOrDefault("c6b", "");
            text.append(
                    """
                      1. Ban a client and watch its ping stop:
                           ip netns exec %s ping %s
                         then, as carla, open the case that waits and ban %s
                      2. Elena has not paid, so her lane is narrow:
                           ip netns exec %s curl -so /dev/null -w '%%{speed_download} bytes/s\\n' http://%s:8000/600000
                         open her bill in the letter box, pay it by card (nothing real moves) and run it again
                      3. Let a month pass:  ./coopmesh clock +10d   (three times), then look at the invoices
                    """
                            .formatted(
                                    at.namespace("c6b"),
                                    at.internetAddress(),
                                    client,
                                    at.namespace("c5"),
                                    at.internetAddress()));
        } else {
            text.append(
                    """
                      (The mesh is simulated: run as root on Linux with iproute2, nftables and babeld for a real one.)
                      1. As carla, open the case that waits, decide it, and see the ban reach every node
                      2. Open Elena's bill in the letter box, pay it by card (nothing real moves) and see her standing change
                      3. Let a month pass:  ./coopmesh clock +10d   (three times), then look at the invoices
                    """);
        }
        text.append("\n  ./coopmesh down ends it; ./coopmesh up goes on where it stopped.\n\n");
        return text.toString();
    }
}
