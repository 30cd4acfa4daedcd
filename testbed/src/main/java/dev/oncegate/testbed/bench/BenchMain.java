package dev.oncegate.testbed.bench;
import java.io.PrintWriter;
import java.util.Map;
final class BenchMain {
  public static void main(String[] a) throws Exception {
    PrintWriter out = new PrintWriter(System.out, true);
    var r = new Bench(dev.oncegate.config.Settings.read(java.nio.file.Path.of(a[0])), new Workload(Long.parseLong(a[1]), 20, 300, 1), 4, Integer.parseInt(a[2]), out).run();
    r.forEach(m -> out.println(m.name() + " " + m.median() + " ratio " + m.median() / r.get(0).median()));
  }
}
