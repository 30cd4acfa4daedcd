package dev.oncegate.testbed.check;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.oncegate.gate.GateHeaders;
import dev.oncegate.gate.Topics;
import org.junit.jupiter.api.Test;

class IndependenceTest {
  @Test
  void theJudgeSharesNothingWithTheGateButNamesAndRecords() {
    JavaClasses judge =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.oncegate.testbed.check");
    classes()
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                    "java..",
                    "org.jspecify.annotations..",
                    "org.apache.avro..",
                    "org.rocksdb..",
                    "org.apache.kafka.clients..",
                    "org.apache.kafka.common..",
                    "dev.oncegate.schema..",
                    "dev.oncegate.serde..",
                    "dev.oncegate.testbed.check..")
                .or(type(Topics.class))
                .or(type(GateHeaders.class)))
        .check(judge);
  }
}
